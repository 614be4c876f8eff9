"""A sample shop with some weeks of life, lived through the journey with past times."""
