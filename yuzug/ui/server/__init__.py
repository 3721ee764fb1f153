"""The web server around the page: which requests and calls come in, what is kept and for how long.

gate (each request) → document (the page), uploads, or Gradio → queue_limits → admission (each call)
call_limits: how long a call works; visits: sessions; draining: graceful shutdown
log_filters: what the log leaves out; zerogpu: Hugging Face's shared GPUs
"""
