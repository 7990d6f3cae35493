use crate::{login_card::LoginCard, texts::use_texts};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_passwordless::{
    messages::Text,
    server::{SmsNotice, use_current_user, use_language},
    use_login,
};

/// `/login`: the dialog as a page.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let messages = use_language().messages();
    let title = messages.get(Text::Title).to_owned();
    let go_on = messages.get(Text::Continue).to_owned();
    view! {
        <Title text=title.clone() />
        <h1 class="visually-hidden">{title}</h1>
        {use_current_user()
            .map(|user| {
                let return_to = use_login().return_to().to_owned();
                view! {
                    <p>{use_texts().signed_in_as(&user.name)} " " <a href=return_to>{go_on}</a></p>
                }
            })}
        <LoginCard />
        <SmsNotice />
    }
}
