use crate::{headless::Passwordless, login::Terms, messages::Text};
use leptos::prelude::*;

/// The terms that a sign-up accepts: a sentence or a checkbox, and the links.
#[component]
pub(super) fn TermsBox(passwordless: Passwordless, show_terms: bool) -> impl IntoView {
    let must_accept = untrack(|| passwordless.must_accept_terms());
    let terms = passwordless.terms();
    let is_hidden = terms.is_none() || !(show_terms || must_accept);
    let Terms { terms_url, privacy_url } = terms.unwrap_or_default();
    view! {
        <div class="lock-terms" hidden=is_hidden>
            <label class="lock-check-box" hidden=!must_accept>
                <input
                    type="checkbox"
                    name="accept_terms"
                    required=must_accept
                    checked=untrack(|| passwordless.accepts_terms())
                />
                <span inner_html=passwordless.text_html(Text::AcceptTerms)></span>
            </label>
            <p hidden=must_accept inner_html=passwordless.text_html(Text::SignUpTerms)></p>
            <a href=terms_url target="_blank" rel="noopener" inner_html=passwordless.text_html(Text::TermsLink)></a>
            <a href=privacy_url target="_blank" rel="noopener" inner_html=passwordless.text_html(Text::PrivacyLink)></a>
        </div>
    }
}
