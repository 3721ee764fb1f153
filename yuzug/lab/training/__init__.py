"""Training: recipes, augmentation, losses, schedule, checkpoints, calibration."""
