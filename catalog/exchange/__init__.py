"""The catalogue as files: what spreadsheets hold, and how rows become cells."""
