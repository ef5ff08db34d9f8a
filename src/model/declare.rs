//! Macros that declare structures and operations.

/// Declares a structure: its Rust type and its [`Shape`](super::Shape), from one list of members.
///
/// Each member is declared with `rust_name "WireName": Type, rule;`. The Rust type determines the kind, whether the
/// member is optional (`Option`, `Vec`) and whether it is sensitive ([`Secret`](crate::Secret)). The rule
/// constrains its values.
macro_rules! structure {
    (
        $(#[doc = $doc:expr])+
        $(#[derive($derive:ident)])?
        $(@$extensible:ident)?
        $name:ident $wire_name:literal {
            $($(#[doc = $member_doc:expr])+ $field:ident $wire:literal: $type:ty, $rule:expr;)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        $(
            #[derive($derive)]
            #[expect(clippy::exhaustive_structs, reason = "an input, which ends in `..Default::default()`")]
        )?
        $(#[$extensible])?
        pub struct $name {
            $($(#[doc = $member_doc])+ pub $field: $type,)*
        }

        impl $crate::model::Typed for $name {
            const SHAPE: &'static $crate::model::Shape = &$crate::model::Shape {
                name: $wire_name,
                doc: $crate::model::declare::doc_text!($($doc)+),
                members: &[$($crate::model::Member {
                    name: $wire,
                    doc: $crate::model::declare::doc_text!($($member_doc)+),
                    kind: <$type as $crate::model::Field>::KIND,
                    presence: $rule.presence_or(<$type as $crate::model::Field>::PRESENCE),
                    sensitive: <$type as $crate::model::Field>::SENSITIVE,
                    rule: &$rule,
                },)*],
            };

            fn to_value(&self) -> $crate::model::Value {
                #[allow(unused_mut, reason = "GetCallerIdentity's input has no members")]
                let mut members = Vec::new();
                $($crate::model::field::push(&mut members, $wire, &self.$field);)*
                $crate::model::Value::Structure(members)
            }

            fn from_value(value: $crate::model::Value) -> Result<Self, $crate::Error> {
                #[allow(unused_mut, unused_variables, reason = "GetCallerIdentity's input has no members")]
                let mut members = $crate::model::field::Members::of(value)?;
                Ok(Self { $($field: members.take($wire)?,)* })
            }
        }

        /// Serializes the members that are set, with the names of the AWS CLI and without secrets: see
        /// [`WithSecrets`]($crate::model::WithSecrets).
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::json::serialize(self, serializer)
            }
        }

        impl $crate::model::Field for $name {
            const KIND: $crate::model::Kind =
                $crate::model::Kind::Structure(<Self as $crate::model::Typed>::SHAPE);

            fn to_value(&self) -> Option<$crate::model::Value> {
                Some($crate::model::Typed::to_value(self))
            }

            fn from_value(value: Option<$crate::model::Value>) -> Option<Self> {
                <Self as $crate::model::Typed>::from_value(value?).ok()
            }
        }
    };
}

/// Declares an operation: its input, its output and its [`Operation`](super::Operation).
macro_rules! operation {
    (
        $(#[doc = $doc:expr])+
        $name:literal, signed: $signed:literal, errors: [$($error:literal),*];
        $input:ident { $($input_members:tt)* }
        $output:ident { $($output_members:tt)* }
    ) => {
        $crate::model::structure! {
            $(#[doc = $doc])+
            #[derive(Default)]
            $input $name { $($input_members)* }
        }
        $crate::model::structure! {
            #[doc = concat!(" Output of ", $name, ".")]
            @non_exhaustive
            $output $name { $($output_members)* }
        }

        impl $crate::model::OperationInput for $input {
            const OPERATION: &'static $crate::model::Operation = &$crate::model::Operation {
                name: $name,
                doc: $crate::model::declare::doc_text!($($doc)+),
                signed: $signed,
                input: <$input as $crate::model::Typed>::SHAPE,
                output: <$output as $crate::model::Typed>::SHAPE,
                errors: if cfg!(all(target_family = "wasm", target_os = "unknown")) { &[] } else { &[$($error),*] },
            };
            type Output = $output;
        }
    };
}

/// Joins the doc lines of a declaration. Empty in wasm, where nothing reads them and every byte is downloaded.
macro_rules! doc_text {
    ($($line:expr)+) => {
        if cfg!(all(target_family = "wasm", target_os = "unknown")) { "" } else { concat!($($line, "\n"),+) }
    };
}

pub(super) use {doc_text, operation, structure};
