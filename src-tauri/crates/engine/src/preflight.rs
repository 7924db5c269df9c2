//! Named checks that only read, each with what it found, the evidence, and who can mend it.
