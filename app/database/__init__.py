"""PostgreSQL: the embedded server, the migrations, and the pool that is the only way to a connection."""
