"""Judges of derivatives: finite differences, dual numbers through the original source, random programs and their shrinker."""
