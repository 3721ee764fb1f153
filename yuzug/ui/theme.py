"""The look: turquoise, the Turkish stone, in a ring of brass, on warm paper.

All colours are custom properties of ``style.css``, one set for light and one for dark; here
Gradio's own components use them. The fonts are those that come with Gradio and have
every Turkish letter in both weights; nothing is fetched from elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.themes.utils import fonts, sizes

STYLE_SHEET = Path(__file__).resolve().parent / "style.css"
STYLE_SHEETS = (
    STYLE_SHEET,
    STYLE_SHEET.parent / "advice" / "guide.css",
    STYLE_SHEET.parent / "film" / "timeline.css",
    STYLE_SHEET.parent / "live" / "live.css",
)

# Weights and files, below static/fonts, of the families of the theme and of the titles.
_FONTS = {
    "IBM Plex Sans": (
        (400, "IBMPlexSans/IBMPlexSans-Regular"),
        (700, "IBMPlexSans/IBMPlexSans-Bold"),
    ),
    "Quicksand": ((700, "Quicksand/Quicksand-Bold"),),
}


def font_faces() -> str:
    """The rules by which a browser fetches the fonts of the page.

    Words are readable in another font until theirs has come.
    """
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: swap;'
        f' src: url("static/fonts/{name}.woff2") format("woff2"); }}'
        for family, files in _FONTS.items()
        for weight, name in files
    )


def theme() -> gr.themes.Base:
    """Gradio's base theme in our colours, shapes and fonts."""
    text_font = fonts.LocalFont("IBM Plex Sans", weights=(400, 700))
    base = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size=sizes.radius_lg,
        font=(text_font, "system-ui", "sans-serif"),
        font_mono=(fonts.LocalFont("IBM Plex Mono", weights=(400, 700)), "monospace"),
    )
    plain = {
        "body_background_fill": "var(--yz-paper)",
        "body_text_color": "var(--yz-ink)",
        "body_text_color_subdued": "var(--yz-muted)",
        "background_fill_primary": "var(--yz-card)",
        "background_fill_secondary": "var(--yz-paper)",
        "border_color_primary": "var(--yz-line)",
        "border_color_accent": "var(--yz-accent)",
        "color_accent_soft": "var(--yz-accent-soft)",
        "link_text_color": "var(--yz-accent)",
        "block_background_fill": "var(--yz-card)",
        "block_border_color": "var(--yz-line)",
        "block_label_text_color": "var(--yz-muted)",
        "block_title_text_color": "var(--yz-muted)",
        "input_background_fill": "var(--yz-card)",
        "button_primary_background_fill": "var(--yz-accent)",
        "button_primary_background_fill_hover": "var(--yz-accent-strong)",
        "button_primary_text_color": "var(--yz-on-accent)",
        "button_secondary_background_fill": "var(--yz-card)",
        "button_secondary_background_fill_hover": "var(--yz-accent-soft)",
        "button_secondary_text_color": "var(--yz-ink)",
        "button_secondary_border_color": "var(--yz-line)",
    }
    dark = {f"{name}_dark": value for name, value in plain.items()}
    return base.set(
        **plain,
        **dark,
        block_shadow="none",
        block_border_width="0px",
        button_transition="background-color .15s ease",
        prose_header_text_weight="700",
    )
