//! stegvis-wire
