"""The page: a Gradio app with the tabs Live, Photo, Mood, Journal and About.

serve (load, warm, launch) → wiring (which event calls what) → layout (the components)
visit, live, photo, about: handlers, plain typed functions over small states
panels (words as HTML), pictures (what is drawn), readings (the small values between them),
shown (what a handler changes)
board (a mood and its activities) → acts (what a person does with them) → advice (the same as HTML)
memory (what a visit remembers of its advice), journal (what the browser keeps for who wants it)
"""
