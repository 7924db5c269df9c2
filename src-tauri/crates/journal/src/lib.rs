//! stegvis-journal
