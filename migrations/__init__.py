"""The schema's history. Each step runs both ways, and beside the previous release's code."""
