"""What each stretch of a text is for: title, byline and day, body, and the noise around them."""
