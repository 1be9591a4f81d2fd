package dev.stretto.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel as a front-end meets it: a process behind sockets. */
class KernelProcessTest {
  @TempDir static Path folder;
  private static KernelClient kernel;

  @BeforeAll
  static void start() throws Exception {
    kernel = new KernelClient("tcp", folder);
  }

  @AfterAll
  static void end() {
    kernel.close();
  }

  private static void stillWorks() {
    assertEquals("2", kernel.execute("1 + 1").data().get("text/plain").getAsString());
  }

  @Test
  void aCellIsAnsweredInTheProtocolsOrder() {
    var answer = kernel.execute("System.out.print(\"out\");\nSystem.err.print(\"err\");\n7");
    assertEquals("ok", answer.status());
    assertEquals(List.of("execute_input", "stream", "stream", "execute_result"), answer.types());
    assertEquals("out", answer.printed("stdout"));
    assertEquals("err", answer.printed("stderr"));
    assertEquals("busy", answer.published().getFirst().text("execution_state", ""));
    assertEquals("idle", answer.published().getLast().text("execution_state", ""));
    assertEquals("beat", kernel.beat());
  }

  @Test
  void twentyThousandLinesArriveCompleteAndFast() {
    kernel.execute("int lines = 20_000;");
    long start = System.nanoTime();
    var answer =
        kernel.execute("for (int i = 0; i < lines; i++) System.out.println(\"line \" + i);");
    long millis = (System.nanoTime() - start) / 1_000_000;
    var expected = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      expected.append("line ").append(i).append('\n');
    }
    assertEquals(expected.toString(), answer.printed("stdout"));
    assertTrue(millis < 10_000, millis + " ms, even on a machine that is busy");
  }

  @Test
  void outputComesWhileTheCellRunsAndAfterIt() throws Exception {
    var request =
        kernel.sendCell("System.out.print(\"10 %\\r\"); Thread.sleep(60_000);", false, true);
    assertEquals("10 %\r", kernel.nextPrinted());
    kernel.interrupt();
    assertEquals("error", kernel.await(request).status());
    kernel.execute(
        "new Thread(() -> { try { Thread.sleep(500); } catch (InterruptedException e) {}"
            + " System.out.print(\"late\"); }).start();");
    assertEquals("late", kernel.nextPrinted());
  }

  @Test
  void interruptIsAnsweredAndTheNextCellRuns() throws Exception {
    for (String code : List.of("Thread.sleep(60_000);", "while (true) {}")) {
      var request = kernel.sendCell("System.out.print(\"on\");\n" + code, false, true);
      assertEquals("on", kernel.nextPrinted());
      kernel.interrupt();
      var answer = kernel.await(request);
      assertEquals("Interrupted", answer.reply().get("ename").getAsString());
      assertTrue(answer.types().contains("error"));
      stillWorks();
    }
    kernel.interrupt();
    stillWorks();
  }

  @Test
  void silentCellsPublishNothingAndAreNotCounted() {
    int before = kernel.execute("1").reply().get("execution_count").getAsInt();
    var answer = kernel.executeSilently("System.out.println(5); display(6);\n7");
    assertEquals("ok", answer.status());
    assertEquals(List.of(), answer.types());
    var failing = kernel.executeSilently("1 / 0");
    assertEquals("error", failing.status());
    assertEquals(List.of(), failing.types());
    assertEquals(
        before,
        kernel.await(kernel.sendCell("1", false, false)).reply().get("execution_count").getAsInt());
    assertEquals(before + 1, kernel.execute("1").reply().get("execution_count").getAsInt());
  }

  @Test
  void cellsQueuedBehindAFailedOneAreAborted() {
    var failing = kernel.sendCell("Thread.sleep(300);\n1 / 0", false, true);
    var second = kernel.sendCell("System.out.println(1);", false, true);
    var question = kernel.sendShell("kernel_info_request", new JsonObject());
    var third = kernel.sendCell("System.out.println(2);", false, true);
    assertEquals("error", kernel.await(failing).status());
    assertEquals("aborted", kernel.await(second).status());
    assertEquals("ok", kernel.await(question).status());
    assertEquals("aborted", kernel.await(third).status());
    stillWorks();
  }

  @Test
  void aBadlySignedMessageIsDropped() throws Exception {
    kernel.sendBadlySigned("System.out.println(\"forged\");");
    stillWorks();
    var answer = kernel.execute("System.out.print(\"mine\");");
    assertEquals("mine", answer.printed("stdout"));
  }

  @Test
  void errorsOfEveryKindAreReportedInTheErrorOutputAlone() {
    for (String code :
        List.of(
            "undefined()",
            "1 / 0",
            "System.exit(1);",
            "throw new StackOverflowError();",
            "throw new OutOfMemoryError();",
            "throw new NoSuchMethodError();")) {
      var answer = kernel.execute(code);
      assertEquals("error", answer.status(), code);
      assertEquals(List.of("execute_input", "error"), answer.types(), code);
      assertFalse(answer.reply().getAsJsonArray("traceback").isEmpty(), code);
    }
    stillWorks();
  }

  @Test
  void logLinesDoNotReachTheCell() {
    var answer =
        kernel.execute(
            "java.util.logging.Logger.getLogger(\"x\").severe(\"logged\");\n"
                + "org.slf4j.LoggerFactory.getLogger(\"y\").error(\"logged\");");
    assertEquals(List.of("execute_input"), answer.types());
  }

  @Test
  void displaysAreShownReplacedAndCleared() {
    var answer =
        kernel.execute(
            """
            import dev.stretto.figures.Show;
            String id = display("<b>a</b>", "text/html");
            updateDisplay(id, "b");
            clearOutput();
            Show.show("c");
            Show.rendered("d")
            """);
    assertEquals("ok", answer.status(), answer.reply().toString());
    assertEquals(
        List.of(
            "execute_input",
            "display_data",
            "update_display_data",
            "clear_output",
            "display_data",
            "execute_result"),
        answer.types());
    assertEquals("d", answer.data().get("text/plain").getAsString());
    assertEquals(List.of("execute_input", "display_data"), kernel.execute("display(1)").types());
    var failing =
        kernel.execute(
            "new Object() { public String toString() { throw new IllegalStateException(\"no\"); } }");
    assertEquals("java.lang.IllegalStateException", failing.reply().get("ename").getAsString());
  }

  @Test
  void questionsAreAnswered() {
    var info = kernel.ask("kernel_info_request", new JsonObject()).reply();
    JsonObject language = info.getAsJsonObject("language_info");
    assertEquals("java", language.get("name").getAsString());
    assertEquals("text/x-java-source", language.get("mimetype").getAsString());
    assertEquals("java", language.get("pygments_lexer").getAsString());
    assertEquals("text/x-java", language.get("codemirror_mode").getAsString());
    var cursor = new JsonObject();
    cursor.addProperty("code", "/* 😀 */ Math.ma");
    cursor.addProperty("cursor_pos", 15);
    var completed = kernel.ask("complete_request", cursor).reply();
    assertEquals("max(", completed.getAsJsonArray("matches").get(0).getAsString());
    assertEquals(13, completed.get("cursor_start").getAsInt());
    assertEquals("ok", kernel.ask("inspect_request", cursor).status());
    assertEquals("ok", kernel.ask("history_request", new JsonObject()).status());
    assertEquals("ok", kernel.ask("comm_info_request", new JsonObject()).status());
    assertEquals("incomplete", kernel.ask("is_complete_request", code("while (true) {")).status());
  }

  private static JsonObject code(String code) {
    var content = new JsonObject();
    content.addProperty("code", code);
    return content;
  }

  @Test
  void ipcWorksAndTheEndIsPromptWithThreadsRunning(@TempDir Path other) throws Exception {
    try (var ipc = new KernelClient("ipc", other)) {
      assertEquals("3", ipc.execute("1 + 2").data().get("text/plain").getAsString());
      assertEquals("beat", ipc.beat());
      var answer =
          ipc.execute(
              "Runtime.class.getMethod(\"exit\", int.class).invoke(Runtime.getRuntime(), 3)");
      assertEquals("SystemExit", answer.reply().get("ename").getAsString());
    }
    try (var second = new KernelClient("tcp", other)) {
      second.execute("new Thread(() -> { while (true) {} }).start();");
      long millis = second.shutDown();
      assertFalse(second.isAlive());
      assertTrue(millis < 5000, millis + " ms");
    }
  }
}
