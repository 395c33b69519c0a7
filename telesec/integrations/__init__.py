"""One folder per outside system; each registers through the hooks and knows no service."""
