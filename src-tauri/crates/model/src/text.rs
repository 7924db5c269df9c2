use thiserror::Error;

/// A stored or transmitted name that this version does not know. Never replaced by a default.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown {kind} {value:?}")]
pub struct UnknownName {
    /// What the name should have been, e.g. `MigrationUserStatus`.
    pub kind: &'static str,
    /// The name as found.
    pub value: String,
}

/// A closed set of values, each with one stable name: the name is what the journal stores and what
/// reports and the command line print.
pub trait StoredName: Sized + Copy + 'static {
    /// Every value, in the order people should meet them.
    const ALL: &'static [Self];

    /// The stable name.
    fn name(self) -> &'static str;

    /// The value of a name.
    ///
    /// # Errors
    /// [`UnknownName`] when no value has that name.
    fn from_name(name: &str) -> Result<Self, UnknownName>;
}

/// Declares an enum whose values have stable names.
macro_rules! named_enum {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$inner])* $variant),+
        }

        impl $crate::StoredName for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant)),+
                }
            }

            fn from_name(name: &str) -> Result<Self, $crate::UnknownName> {
                match name {
                    $(stringify!($variant) => Ok(Self::$variant),)+
                    other => Err($crate::UnknownName { kind: stringify!($name), value: other.to_owned() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::StoredName::name(*self))
            }
        }
    };
}

pub(crate) use named_enum;
