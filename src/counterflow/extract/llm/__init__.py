"""The optional second extractor: a model reads, and only what stands in the text is kept. Nothing is sent unasked."""
