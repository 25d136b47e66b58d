//! Error numbers are for ever.

use protocol::{ErrorBody, ErrorClass, ErrorCode};

#[test]
fn every_error_travels_as_its_number_and_comes_back() {
    for &code in ErrorCode::ALL {
        let number = u16::from(code);
        assert_eq!(serde_json::to_string(&code).unwrap(), number.to_string());
        assert_eq!(ErrorCode::try_from(number), Ok(code));
    }
    assert!(ErrorCode::try_from(9999).is_err());
}

#[test]
fn what_a_person_must_mend_is_never_tried_again_by_itself() {
    for code in [ErrorCode::DiskFull, ErrorCode::SessionExpired, ErrorCode::Challenge] {
        assert_eq!(code.class(), ErrorClass::NeedsUser);
    }
}

#[test]
fn parameters_that_quote_a_hostile_site_are_cut() {
    let error = ErrorBody::new(ErrorCode::SiteChanged).with("detail", "x".repeat(10_000));
    assert_eq!(error.params["detail"].len(), 300);
}
