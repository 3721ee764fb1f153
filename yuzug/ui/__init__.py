"""The page: a Gradio app with the tabs Live, Photo, Video, Mood, Journal and About.

serve (load, warm up, launch) → app (components and events)
live/ photo/ film/ advice/ journal/: one package a tab: view (components and HTML), handlers, events
components/: what several tabs draw; teaching/: the dialog that teaches one person's expressions
server/: requests, uploads, sessions and their bounds; api/: the public endpoints and MCP tools
session, session_events, visit_history: what the server knows of one visit
"""
