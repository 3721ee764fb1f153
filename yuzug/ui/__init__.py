"""The page: a Gradio app with the tabs Live, Photo and About this model.

serve (load, warm, launch) → wiring (which event calls what) → layout (the components)
visit, live, photo, about: handlers, plain typed functions over small states
panels (words as HTML), pictures (what is drawn), readings (the small values between them),
shown (what a handler changes)
"""
