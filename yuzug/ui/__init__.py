"""The page: a Gradio app with the tabs Live, Photo and About this model.

serve (load, warm, launch) → layout (components and wiring) → live, photo, about, settings
(handlers: plain typed functions) → panels (HTML) and pictures (what is drawn)
"""
