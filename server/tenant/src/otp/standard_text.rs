//! The standard text of a message, in the languages of the dialog.

/// What is sent where neither the connection nor the language has words.
pub(crate) const ENGLISH: &str = "Your verification code is: @@code@@ (@@application.name@@)";

/// BCP 47 tags in lower case, and the texts: the code, a word for it before, and the application at the end. So phones find
/// the code, and the text can do without the application.
#[rustfmt::skip]
static TEXTS: [(&str, &str); 43] = [
    ("af", "Jou verifikasiekode is: @@code@@ (@@application.name@@)"),
    ("ar", "رمز التحقق الخاص بك هو: @@code@@ (@@application.name@@)"),
    ("az", "Təsdiq kodunuz: @@code@@ (@@application.name@@)"),
    ("bg", "Вашият код за потвърждение е: @@code@@ (@@application.name@@)"),
    ("ca", "El teu codi de verificació és: @@code@@ (@@application.name@@)"),
    ("cs", "Váš ověřovací kód je: @@code@@ (@@application.name@@)"),
    ("da", "Din bekræftelseskode er: @@code@@ (@@application.name@@)"),
    ("de", "Ihr Bestätigungscode lautet: @@code@@ (@@application.name@@)"),
    ("el", "Ο κωδικός επαλήθευσής σας είναι: @@code@@ (@@application.name@@)"),
    ("es", "Tu código de verificación es: @@code@@ (@@application.name@@)"),
    ("et", "Sinu kinnituskood on: @@code@@ (@@application.name@@)"),
    ("fa", "کد تأیید شما: @@code@@ (@@application.name@@)"),
    ("fi", "Vahvistuskoodisi on: @@code@@ (@@application.name@@)"),
    ("fr", "Votre code de vérification est : @@code@@ (@@application.name@@)"),
    ("he", "קוד האימות שלך הוא: @@code@@ (@@application.name@@)"),
    ("hi", "आपका सत्यापन कोड है: @@code@@ (@@application.name@@)"),
    ("hr", "Vaš kôd za potvrdu je: @@code@@ (@@application.name@@)"),
    ("hu", "Az Ön ellenőrző kódja: @@code@@ (@@application.name@@)"),
    ("id", "Kode verifikasi Anda: @@code@@ (@@application.name@@)"),
    ("it", "Il tuo codice di verifica è: @@code@@ (@@application.name@@)"),
    ("ja", "認証コード：@@code@@（@@application.name@@）"),
    ("ko", "인증번호: @@code@@ (@@application.name@@)"),
    ("lt", "Jūsų patvirtinimo kodas: @@code@@ (@@application.name@@)"),
    ("lv", "Jūsu verifikācijas kods: @@code@@ (@@application.name@@)"),
    ("ms", "Kod pengesahan anda: @@code@@ (@@application.name@@)"),
    ("nb", "Bekreftelseskoden din er: @@code@@ (@@application.name@@)"),
    ("nl", "Je verificatiecode is: @@code@@ (@@application.name@@)"),
    ("nn", "Stadfestingskoden din er: @@code@@ (@@application.name@@)"),
    ("pl", "Twój kod weryfikacyjny to: @@code@@ (@@application.name@@)"),
    ("pt", "O seu código de verificação é: @@code@@ (@@application.name@@)"),
    ("pt-br", "Seu código de verificação é: @@code@@ (@@application.name@@)"),
    ("ro", "Codul tău de verificare este: @@code@@ (@@application.name@@)"),
    ("ru", "Ваш код подтверждения: @@code@@ (@@application.name@@)"),
    ("sk", "Váš overovací kód je: @@code@@ (@@application.name@@)"),
    ("sl", "Vaša potrditvena koda je: @@code@@ (@@application.name@@)"),
    ("sr", "Ваш код за потврду је: @@code@@ (@@application.name@@)"),
    ("sv", "Din verifieringskod är: @@code@@ (@@application.name@@)"),
    ("th", "รหัสยืนยันของคุณคือ: @@code@@ (@@application.name@@)"),
    ("tr", "Doğrulama kodunuz: @@code@@ (@@application.name@@)"),
    ("uk", "Ваш код підтвердження: @@code@@ (@@application.name@@)"),
    ("vi", "Mã xác minh của bạn là: @@code@@ (@@application.name@@)"),
    ("zh", "您的验证码是：@@code@@（@@application.name@@）"),
    ("zh-tw", "您的驗證碼是：@@code@@（@@application.name@@）"),
];

/// Tags that mean one of these, including those of Lock's dictionaries.
const ALIASES: [(&str, &str); 7] = [
    ("no", "nb"),
    ("ua", "uk"),
    ("iw", "he"),
    ("in", "id"),
    ("zh-hant", "zh-tw"),
    ("zh-hk", "zh-tw"),
    ("zh-mo", "zh-tw"),
];

/// The text in the language of a tag, or in the nearest more general one: `de-AT` gets that of `de`.
pub(crate) fn in_language(tag: &str) -> Option<&'static str> {
    let tag = tag.replace('_', "-").to_ascii_lowercase();
    let mut rest = tag.as_str();
    loop {
        if let Some(text) = exactly(rest) {
            return Some(text);
        }
        rest = rest.rsplit_once('-')?.0;
    }
}

/// The text up to the application, whose name can have any length.
pub(crate) fn without_application(text: &str) -> &str {
    text.rsplit_once(['(', '（']).map_or(text, |(words, _)| words.trim_end())
}

fn exactly(tag: &str) -> Option<&'static str> {
    let tag = ALIASES.iter().find(|(alias, _)| *alias == tag).map_or(tag, |(_, tag)| tag);
    if tag == "en" { Some(ENGLISH) } else { TEXTS.iter().find(|(own, _)| *own == tag).map(|(_, text)| *text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        TEXTS.into_iter().chain([("en", ENGLISH)])
    }

    /// A letter of GSM 03.38, which fills a seventh of seven bytes; one that is not makes the whole text UCS-2.
    fn is_gsm(letter: char) -> bool {
        letter.is_ascii_alphanumeric() || " :().-'@äöüÄÖÜßàèéùìòñÑåÅæÆøØÇÉ".contains(letter)
    }

    #[test]
    fn tag_gets_its_text_or_that_of_a_more_general_one() {
        for (tag, expected) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("DE_CH", Some("de")),
            ("de-Latn-DE-1996", Some("de")),
            ("zh-Hant", Some("zh-tw")),
            ("zh-Hant-HK", Some("zh-tw")),
            ("zh-HK", Some("zh-tw")),
            ("zh-MO", Some("zh-tw")),
            ("zh-TW", Some("zh-tw")),
            ("zh-Hans-CN", Some("zh")),
            ("no", Some("nb")),
            ("no-NO", Some("nb")),
            ("nn-NO", Some("nn")),
            ("pt-BR", Some("pt-br")),
            ("pt-PT", Some("pt")),
            ("iw", Some("he")),
            ("ua", Some("uk")),
            ("in", Some("id")),
            ("en-GB", Some("en")),
            ("tlh", None),
            ("dutch", None),
            ("", None),
        ] {
            let text = expected.and_then(|expected| all().find(|(own, _)| *own == expected)).map(|(_, text)| text);
            assert_eq!(text.is_some(), expected.is_some(), "{tag}");
            assert_eq!(in_language(tag), text, "{tag}");
        }
    }

    #[test]
    fn every_text_holds_code_and_application_once_and_the_code_after_words() {
        for (tag, text) in all() {
            assert_eq!(text.matches("@@").count(), 4, "{tag}");
            let (words, rest) = text.split_once("@@code@@").unwrap_or_default();
            assert!(words.trim_end().ends_with([':', '：']) && words.chars().count() > 4, "{tag}: {words}");
            assert!(!words.contains(|letter: char| letter.is_numeric()), "{tag}: {words}");
            assert!(matches!(rest, " (@@application.name@@)" | "（@@application.name@@）"), "{tag}: {rest}");
            assert_eq!(without_application(text), format!("{words}@@code@@"), "{tag}");
        }
    }

    #[test]
    fn every_text_fits_one_segment() {
        for (tag, text) in all() {
            let text = text.replace("@@code@@", "123456").replace("@@application.name@@", "Acme Example");
            let most = if text.chars().all(is_gsm) { 160 } else { 70 };
            assert!(text.chars().count() <= most, "{tag}: {text}");
        }
    }
}
