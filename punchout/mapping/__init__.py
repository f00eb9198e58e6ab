"""A connection's mapping: outgoing fields filled by expressions over line, article, session and customer."""
