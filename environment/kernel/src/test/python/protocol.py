#!/usr/bin/python3
"""The protocol's own tests (jupyter_kernel_test) against the installed kernel 'stretto'."""
import unittest

import jupyter_kernel_test


class StrettoKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "stretto"
    language_name = "java"
    file_extension = ".jshell"
    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("oops");'
    completion_samples = [{"text": "Math.ma", "matches": {"max("}}]
    complete_code_samples = ["int a = 1;", "1 + 1", "class A {}"]
    incomplete_code_samples = ["for (;;) {", "int a ="]
    invalid_code_samples = [") ("]
    code_generate_error = "1 / 0"
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [
        {"code": 'display("<b>b</b>", "text/html");', "mime": "text/html"},
        {"code": "display(new java.awt.image.BufferedImage(3, 3, 1));", "mime": "image/png"},
    ]
    code_inspect_sample = "Math.max("
    code_clear_output = "clearOutput();"
    code_history_pattern = "6 ? ?*"
    supported_history_operations = ("tail", "range", "search")


if __name__ == "__main__":
    unittest.main()
