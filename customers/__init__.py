"""Who asks: identity, with contacts encrypted at rest."""
