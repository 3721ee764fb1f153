"""The page: a Gradio app with the tabs Live, Photo, Mood, Journal and About.

serve (load, warm up, launch) → app (components and events)
live/ photo/ advice/ journal/: one package a tab: view (components and HTML), handlers, events
components/: what several tabs draw; api/: the public endpoints
session, session_events, visit_history: what the server knows of one visit
"""
