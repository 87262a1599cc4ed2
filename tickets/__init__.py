"""What inquiries and objections share: ticket, message, attachment, event."""
