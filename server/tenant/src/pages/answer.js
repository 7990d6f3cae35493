// The answer lies in the page as data; only the script is fixed, so that the policy can name its hash.
const { target, message } = document.body.dataset;
if (target) {
  (window.opener || window.parent).postMessage(JSON.parse(message), target);
} else {
  document.forms[0].submit();
}
