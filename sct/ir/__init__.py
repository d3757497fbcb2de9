"""The intermediate representation: values, operations, blocks and types, with printer, parser, verifier and evaluator."""
