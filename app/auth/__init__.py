"""Who is asking: signing keys, issuers, tokens, revocation, and the facts that a viewer is made of."""
