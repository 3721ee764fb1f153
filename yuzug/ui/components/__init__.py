"""What several tabs draw: HTML, images, heat maps, readings."""
