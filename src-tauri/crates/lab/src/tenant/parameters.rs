//! A cmdlet's parameters, out of the interface's JSON. Names have one case.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde_json::Value;

use super::admin::Failure;
use super::admin_cmdlets::Parameters;

type Result<T> = std::result::Result<T, Failure>;

/// Refuses a parameter that the cmdlet does not have.
pub(super) fn known_only(parameters: &Parameters, allowed: &[&str]) -> Result<()> {
    let stranger = parameters
        .keys()
        .filter(|key| !key.contains('@'))
        .find(|key| !allowed.iter().any(|known| known.eq_ignore_ascii_case(key)));
    stranger.map_or(Ok(()), |stranger| Err(Failure::bad_parameter(stranger)))
}

pub(super) fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a Value> {
    parameters
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::bad_value(format!(
        "Cannot process argument transformation on parameter '{name}'. Cannot convert value to type \"{what}\"."
    ))
}

pub(super) fn text<'a>(parameters: &'a Parameters, name: &str) -> Result<Option<&'a str>> {
    match value(parameters, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "System.String")),
    }
}

pub(super) fn flag(parameters: &Parameters, name: &str) -> Result<bool> {
    match value(parameters, name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(wrong(name, "System.Boolean")),
    }
}

pub(super) fn number(parameters: &Parameters, name: &str) -> Result<Option<u32>> {
    match value(parameters, name) {
        None => Ok(None),
        Some(Value::Number(number)) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| wrong(name, "System.Int32")),
        Some(Value::String(text)) => {
            let number = text.parse();
            number.map(Some).map_err(|_| wrong(name, "System.Int32"))
        }
        Some(_) => Err(wrong(name, "System.Int32")),
    }
}

/// `MultiValuedProperty`: a list, or one bare.
pub(super) fn texts(parameters: &Parameters, name: &str) -> Result<Option<Vec<String>>> {
    match value(parameters, name) {
        None => Ok(None),
        Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
        Some(Value::Array(many)) => many
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(Some)
            .ok_or_else(|| wrong(name, "System.String[]")),
        Some(_) => Err(wrong(name, "System.String[]")),
    }
}

/// `byte[]`: `{"@odata.type": "#Exchange.ByteArrayType", "Data": …}`, base64 or numbers.
pub(super) fn bytes(parameters: &Parameters, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(value) = value(parameters, name) else {
        return Ok(None);
    };
    let typed = value.get("@odata.type").and_then(Value::as_str) == Some("#Exchange.ByteArrayType");
    let bytes = match value.get("Data").filter(|_| typed) {
        Some(Value::String(text)) => BASE64.decode(text).ok(),
        Some(Value::Array(numbers)) => numbers
            .iter()
            .map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
            .collect(),
        _ => None,
    };
    bytes.map(Some).ok_or_else(|| wrong(name, "System.Byte[]"))
}

/// `DateTime`, in milliseconds since 1970.
pub(super) fn time(parameters: &Parameters, name: &str) -> Result<Option<i64>> {
    match text(parameters, name)? {
        None => Ok(None),
        Some(text) => text
            .parse::<Timestamp>()
            .map(|at| Some(at.as_millisecond()))
            .map_err(|_| wrong(name, "System.DateTime")),
    }
}

/// `Unlimited<ByteQuantifiedSize>`: bytes, or `150MB` and the like.
pub(super) fn size(parameters: &Parameters, name: &str) -> Result<Option<u64>> {
    let Some(value) = value(parameters, name) else {
        return Ok(None);
    };
    let read = |text: &str| {
        let text = text.trim().to_uppercase().replace(' ', "");
        let units = [("KB", 10), ("MB", 20), ("GB", 30)];
        for (unit, shift) in units {
            if let Some(number) = text.strip_suffix(unit) {
                return number.parse::<u64>().ok()?.checked_mul(1 << shift);
            }
        }
        text.trim_end_matches('B').parse().ok()
    };
    let found = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => read(text),
        _ => None,
    };
    found
        .map(Some)
        .ok_or_else(|| wrong(name, "Microsoft.Exchange.Data.ByteQuantifiedSize"))
}

/// A name that must be there.
pub(super) fn required<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str> {
    text(parameters, name)?.ok_or_else(|| {
        Failure::bad_value(format!(
            "Cannot process command because of one or more missing mandatory parameters: {name}."
        ))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters(value: Value) -> Parameters {
        [("X".to_owned(), value)].into_iter().collect()
    }

    fn ok<T>(result: Result<T>) -> Option<T> {
        result.ok()
    }

    #[test]
    fn bytes_come_as_base64_or_as_numbers_and_only_with_their_type() {
        for data in [json!("QUI="), json!([65, 66])] {
            let typed = json!({"@odata.type": "#Exchange.ByteArrayType", "Data": data});
            assert_eq!(ok(bytes(&parameters(typed), "x")).unwrap().unwrap(), b"AB");
        }
        for wrong in [
            json!("QUI="),
            json!({"Data": "QUI="}),
            json!({"@odata.type": "#Exchange.ByteArrayType", "Data": [256]}),
        ] {
            assert!(bytes(&parameters(wrong), "X").is_err());
        }
    }

    #[test]
    fn sizes_have_units() {
        let of = |value: Value| ok(size(&parameters(value), "X")).flatten();
        assert_eq!(of(json!("150MB")), Some(157_286_400));
        assert_eq!(of(json!("36 mb")), Some(37_748_736));
        assert_eq!(of(json!(1024)), Some(1024));
        assert_eq!(of(json!("lots")), None);
        assert_eq!(of(json!("99999999999999999GB")), None);
    }
}
