// Offers the time zone of this computer where none was chosen. Without this it is typed.
for (const field of document.querySelectorAll("#zone")) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}
