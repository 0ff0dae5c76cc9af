"""What a file holds, whatever it was saved as: bytes to the text of its article, each character with its place."""
