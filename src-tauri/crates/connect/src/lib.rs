//! stegvis-connect
