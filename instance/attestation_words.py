"""What somebody states on their honour. Who changes it gives it another number: what was signed
stays as it was signed, and these are the words for the next one."""

VERSION = 1
TEXT = (
    "I, {name}, state on my honour: my field is {field}, I am {stage}, and this account is mine"
    " alone. Nobody has checked this. Colleagues read beside my name that it is my own word."
    " If it is not true, or not true any more and I do not say so, I lose this account."
)
FIELDS = {
    "physician": "medicine",
    "nurse": "nursing",
    "pharmacist": "pharmacy",
    "assistant": "the work of a physician assistant or associate",
    "other": "another health profession",
}
STAGES = {
    "student": "a student",
    "trainee": "in training",
    "practising": "in practice",
    "retired": "retired",
}
