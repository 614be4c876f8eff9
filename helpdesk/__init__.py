"""The doors and the story."""
