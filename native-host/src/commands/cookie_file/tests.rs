use super::*;
use proptest::prelude::*;

fn line_of(cookie: &Cookie) -> String {
    let flag = |on: bool| if on { "TRUE" } else { "FALSE" };
    format!(
        "{}{}{}\t{}\t{}\t{}\t{}\t{}\t{}",
        if cookie.http_only { HTTP_ONLY } else { "" },
        if cookie.host_only { "" } else { "." },
        cookie.domain,
        flag(!cookie.host_only),
        cookie.path,
        flag(cookie.secure),
        cookie.expires_at.unwrap_or(0),
        cookie.name,
        cookie.value.expose(),
    )
}

prop_compose! {
    fn any_cookie()(
        name in "[A-Za-z0-9_.-]{1,20}",
        value in "[ -:<-~]{0,60}",
        domain in "[a-z0-9]{1,10}(\\.[a-z]{2,5}){1,2}",
        path in "/[a-z/]{0,10}",
        host_only: bool, secure: bool, http_only: bool,
        expires_at in prop::option::of(1i64..=i64::MAX),
    ) -> Cookie {
        Cookie { name, value: Secret::new(value), domain, host_only, path, secure, http_only, expires_at }
    }
}

proptest! {
    #[test]
    fn cookies_come_back_as_they_were_written_whatever_the_line_ends(
        cookies in prop::collection::vec(any_cookie(), 0..8),
        carriage_return: bool,
    ) {
        let end = if carriage_return { "\r\n" } else { "\n" };
        let mut text = format!("# Netscape HTTP Cookie File{end}{end}");
        for cookie in &cookies {
            text += &line_of(cookie);
            text += end;
        }
        let file = parse(text.as_bytes());
        prop_assert_eq!(file.bad, vec![]);
        prop_assert_eq!(file.cookies, cookies);
    }

    #[test]
    fn no_bytes_make_it_fail_and_no_cookie_can_break_a_header(
        content in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        for cookie in parse(&content).cookies {
            let header = format!("{}={}", cookie.name, cookie.value.expose());
            prop_assert!(!header.contains(['\r', '\n', '\0', ';']));
        }
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_costs_no_other(
        before in prop::collection::vec(any_cookie(), 0..4),
        after in prop::collection::vec(any_cookie(), 0..4),
    ) {
        let mut lines: Vec<String> = before.iter().chain(&after).map(line_of).collect();
        lines.insert(before.len(), "secret without any tab".into());
        let file = parse(lines.join("\n").as_bytes());
        prop_assert_eq!(file.cookies.len(), before.len() + after.len());
        prop_assert_eq!(file.bad.len(), 1);
        prop_assert_eq!(file.bad[0].line, before.len() + 1);
        prop_assert!(!file.bad[0].to_string().contains("secret"));
    }
}

#[test]
fn the_oddities_of_real_files_are_understood() {
    let text = "\u{feff}# comment\n\
        .a.example\tTRUE\t/\tTRUE\t0\tsession\tv\n\
        #HttpOnly_b.example\tfalse\t\tFALSE\t1700000000.5\tfraction\tv\n\
        c.example\tFALSE\t/\tFALSE\t-1\tempty\n";
    let file = parse(text.as_bytes());
    assert_eq!(file.bad, []);
    let [a, b, c] = &file.cookies[..] else { panic!("three cookies") };
    assert_eq!((a.domain.as_str(), a.host_only, a.expires_at), ("a.example", false, None));
    assert_eq!((b.http_only, b.path.as_str(), b.expires_at), (true, "/", Some(1_700_000_000)));
    assert_eq!((c.value.expose(), c.host_only, c.expires_at), ("", true, None));
}

#[test]
fn each_kind_of_damage_is_told_apart() {
    let why = |line: &str| parse(line.as_bytes()).bad[0].why;
    let reasons = [
        why("a.example\tTRUE\t/"),
        why("\tTRUE\t/\tTRUE\t0\tn\tv"),
        why("a.example\tyes\t/\tTRUE\t0\tn\tv"),
        why("a.example\tTRUE\t/\tTRUE\tsoon\tn\tv"),
        why("a.example\tTRUE\t/\tTRUE\t0\t\tv"),
        why("a.example\tTRUE\t/\tTRUE\t0\ta b\tv"),
        why("a.example\tTRUE\t/\tTRUE\t0\tn\tv;w"),
    ];
    let distinct: std::collections::BTreeSet<_> = reasons.iter().collect();
    assert_eq!(distinct.len(), reasons.len());
}
