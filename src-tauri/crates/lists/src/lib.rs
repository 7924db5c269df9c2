//! stegvis-lists
