// The camera's script writes new values into this part of the Live tab.
(window.yuzug.parts ??= {})[element.closest("[id^=yz-live]").id] = props;
