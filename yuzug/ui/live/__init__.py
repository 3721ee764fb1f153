"""The Live tab: the camera and its predictions."""
