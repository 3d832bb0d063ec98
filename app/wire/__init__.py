"""LinkedIn's RSC wire API: rest.li requests in, the same services as GraphQL below, rest.li answers out."""
