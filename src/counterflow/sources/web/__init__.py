"""The network: one socket that checks every address, pages and feeds through it."""
