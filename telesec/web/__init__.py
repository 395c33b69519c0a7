"""The shell all pages share: access marks, errors, language, templates, security headers."""
