package dev.stretto.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells in this JVM, without a front-end. The engine is shared: names differ from test to test. */
class CellsTest {
  private static Cells cells;
  private static int number;

  /** Cells that fail are logged, which here is noise. */
  private static final Logger LOG = Logger.getLogger("dev.stretto.kernel");

  @BeforeAll
  static void start() {
    LOG.setLevel(Level.OFF);
    cells = Settings.of(Map.of("IJAVA_STARTUP_SCRIPT", "int fromScript = 41;")).start();
  }

  @AfterAll
  static void end() {
    cells.close();
  }

  private static Cells.Result run(String code) throws CellFailure {
    number++;
    cells.runner().begin();
    try {
      return cells.run(code, "cell " + number);
    } finally {
      cells.runner().end();
    }
  }

  private static Object value(String code) throws CellFailure {
    return run(code).value();
  }

  private static CellFailure failure(String code) {
    return assertThrows(CellFailure.class, () -> run(code));
  }

  private static String trace(CellFailure failure) {
    return String.join("\n", failure.traceback());
  }

  @Test
  void lastExpressionIsTheResultAndASemicolonHidesIt() throws CellFailure {
    assertEquals(7, value("int a1 = 3;\nint b1 = 4;\na1 + b1"));
    assertEquals(3, value("a1 // a comment"));
    assertNull(value("a1;"));
    assertNull(value("a1; // a comment"));
    assertEquals("a;", value("\"a;\" /* ; */"));
    assertNull(value("\"// \"; /* more */ // and more"));
    assertNull(value("a1\n;"));
    assertNull(value("int c1 = 5"));
    assertNull(value("// nothing"));
    assertNull(value(""));
    assertNull(value("(Object) null"));
  }

  @Test
  void startUpImportsAndScriptAreThere() throws CellFailure {
    assertEquals(42, value("fromScript + 1"));
    assertEquals(
        List.of(2, 4), value("Stream.of(1, 2).map(v -> 2 * v).collect(Collectors.toList())"));
    assertEquals(
        true, value("BigInteger.TWO.equals(new BigInteger(\"2\")) && Path.of(\"a\") != null"));
  }

  @Test
  void declarationsReferToEachOtherWithinACellAndAcross() throws CellFailure {
    assertEquals(
        7, value("class A2 { B2 b; }\nclass B2 { A2 a; int f() { return 7; } }\nnew B2().f()"));
    Cells.Result early = run("class C2 { D2 d = new D2(); int g() { return h2(d.z); } }");
    assertEquals(1, early.notes().size());
    assertTrue(early.notes().getFirst().contains("D2"), early.notes().toString());
    assertEquals(
        6, value("class D2 { int z = 5; }\nint h2(int n) { return n + 1; }\nnew C2().g()"));
    assertEquals(
        "P2[a=1, b=x]", value("record P2(int a, String b) {}\nnew P2(1, \"x\")").toString());
    assertEquals(
        3,
        value(
            "sealed interface S2 permits X2, Y2 {}\nrecord X2() implements S2 {}\n"
                + "record Y2() implements S2 {}\nint s2(S2 s) { return switch (s) { case X2 x -> 3; case Y2 y -> 4; }; }\ns2(new X2())"));
  }

  @Test
  void redefinitionTakesEffectEverywhere() throws CellFailure {
    run("int f3() { return 1; }\nint g3() { return f3(); }");
    assertEquals(2, value("int f3() { return 2; }\ng3()"));
    assertEquals("4", value("String f3() { return \"4\"; }\nvar x3 = f3(); x3"));
    assertEquals(1.5, value("double x3 = 1.5;\nx3"));
    assertEquals(9, value("class E3 { int v = 8; }\nclass E3 { int v = 9; }\nnew E3().v"));
  }

  @Test
  void aMergeOfTheUsersOwnClassesInALoopIsWoven() throws CellFailure {
    assertEquals(
        30,
        value(
            """
            interface I4 { int v(); }
            class J4 implements I4 { public int v() { return 1; } }
            class K4 implements I4 { public int v() { return 5; } }
            int sum4 = 0;
            for (int i = 0; i < 10; i++) { I4 x = i % 2 == 0 ? new J4() : new K4(); sum4 += x.v(); }
            sum4
            """));
  }

  @Test
  void compilationErrorsShowLineAndCaret() {
    CellFailure failure = failure("int a5 = 1;\n\tString s5 = foo5(a5);\nint b5 = 2;");
    assertEquals("CompilationException", failure.name());
    List<String> lines = failure.traceback();
    assertEquals("cell " + number + ", line 2: cannot find symbol", lines.get(1));
    assertEquals("    \tString s5 = foo5(a5);", lines.get(2));
    assertEquals("    \t            ^^^^", lines.get(3));
    assertTrue(trace(failure("1 +")).contains("line 1"), "incomplete text");
    assertTrue(trace(failure("int x5 = 1;\n\nint y5 = (;")).contains("line 3"));
  }

  @Test
  void exceptionsShowTheUsersFramesWithCellAndLine() throws CellFailure {
    run("int f6(int n) {\n  return List.of(n).stream().map(v -> v / 0).toList().size();\n}");
    int declared = number;
    CellFailure failure = failure("int ok6 = 1;\n\nf6(ok6)");
    assertEquals("java.lang.ArithmeticException", failure.name());
    assertEquals("/ by zero", failure.getMessage());
    assertEquals(
        List.of(
            "    at a lambda (cell " + declared + ", line 2)",
            "    at f6 (cell " + declared + ", line 2)",
            "    at cell " + number + ", line 3:  f6(ok6)"),
        failure.traceback().subList(1, 4));
    assertEquals(4, failure.traceback().size());
    CellFailure nested =
        failure(
            "class Own6 extends RuntimeException { Own6(Throwable c) { super(\"own\", c); } }\n"
                + "throw new Own6(new java.io.IOException(\"inner\"));");
    assertEquals("Own6", nested.name());
    assertTrue(trace(nested).contains("Caused by: java.io.IOException: inner"), trace(nested));
  }

  @Test
  void errorsAreReportedAndTheEngineLives() throws CellFailure {
    CellFailure deep = failure("int f7(int n) { return f7(n + 1) + 1; }\nf7(0)");
    assertEquals("java.lang.StackOverflowError", deep.name());
    assertTrue(deep.traceback().size() < 6, trace(deep));
    assertEquals("java.lang.OutOfMemoryError", failure("new long[Integer.MAX_VALUE][100]").name());
    assertEquals(
        "java.lang.NoClassDefFoundError", failure("throw new NoClassDefFoundError(\"x\");").name());
    assertEquals(
        "java.lang.ExceptionInInitializerError",
        failure("class I7 { static int v = 1 / 0; }\nI7.v").name());
    assertEquals(2, value("1 + 1"));
  }

  @Test
  void exitEndsTheCellOnly() throws CellFailure {
    for (String code :
        List.of(
            "System.exit(3);", "Runtime.getRuntime().exit(3);", "Runtime.getRuntime().halt(3)")) {
      CellFailure failure = failure(code);
      assertEquals("SystemExit", failure.name());
      assertTrue(failure.getMessage().startsWith("exit(3)"), failure.getMessage());
    }
    assertEquals(2, value("1 + 1"));
  }

  @Test
  void interruptStopsSleepersLoopsAndThoseThatSwallowIt() throws Exception {
    for (String code :
        List.of(
            "Thread.sleep(60_000);",
            "while (true) { Math.abs(1); }",
            "while (true) { try { Thread.sleep(60_000); } catch (InterruptedException e) {} }",
            "while (!Thread.currentThread().isInterrupted()) {} throw new RuntimeException();")) {
      var stopper = stopWhenThere();
      CellFailure failure = failure(reached(code));
      assertEquals("Interrupted", failure.name(), code);
      assertEquals("the cell was interrupted", failure.getMessage(), "no thread given up: " + code);
      assertTrue(trace(failure).contains("cell " + number + ", line "), trace(failure));
      stopper.join();
      assertEquals(2, value("1 + 1"));
    }
  }

  @Test
  void codeThatNeverReactsIsLeftBehind() throws Exception {
    run("var lock9 = new java.util.concurrent.locks.ReentrantLock();");
    run("var holder9 = new Thread(lock9::lock); holder9.start(); holder9.join();");
    var stopper = stopWhenThere();
    CellFailure failure = failure(reached("lock9.lock();"));
    assertEquals("Interrupted", failure.name());
    assertTrue(failure.getMessage().contains("does not react"), failure.getMessage());
    stopper.join();
    assertEquals(2, value("1 + 1"));
  }

  /** A block that says when it is reached; compiling it may take long on a busy machine. */
  private static String reached(String code) {
    return "{ System.setProperty(\"reached\", \"yes\"); " + code + " }";
  }

  private static Thread stopWhenThere() {
    System.clearProperty("reached");
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                while (System.getProperty("reached") == null) {
                  Thread.sleep(5);
                }
                Thread.sleep(100);
                cells.runner().stop("the cell was interrupted");
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  @Test
  void allCellsRunOnOneThreadWithTheLoaderOfTheirClasses() throws CellFailure {
    Object first = value("Thread.currentThread()");
    assertEquals(first, value("class L10 {}\nThread.currentThread()"));
    assertEquals(
        true,
        value("L10.class.getClassLoader() == Thread.currentThread().getContextClassLoader()"));
  }

  @Test
  void magicsLoadFilesAndPaths(@TempDir Path folder) throws Exception {
    Path script = folder.resolve("more.jshell");
    Files.writeString(script, "int loaded11 = 5;\nint twice11() { return 2 * loaded11; }\n");
    assertEquals(
        11,
        value(
            "int one11 = 1;\n%load "
                + script.toString().replace(".jshell", "")
                + "\ntwice11() + one11"));
    Path notebook = folder.resolve("n.ipynb");
    Files.writeString(
        notebook,
        "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"x\"},{\"cell_type\":\"code\",\"source\":[\"int nb11 = 3;\\n\",\"nb11\"]}]}");
    assertEquals(3, value("%load " + notebook));
    Files.writeString(script, "int x = 1;\nbad\n");
    assertTrue(trace(failure("%load " + script)).contains("more.jshell, line 2"));
    Path resources = Files.createDirectory(folder.resolve("resources"));
    Files.writeString(resources.resolve("hello.txt"), "hello");
    run("%classpath " + resources);
    assertEquals(
        true,
        value("Thread.currentThread().getContextClassLoader().getResource(\"hello.txt\") != null"));
    assertTrue(failure("%classpath /no/such/path.jar").getMessage().contains("/no/such/path.jar"));
    assertTrue(failure("%nothing x").getMessage().contains("%classpath"));
    assertTrue(failure("%maven guava").getMessage().contains("GROUP:ARTIFACT:VERSION"));
    assertEquals(1, value("int p11 = 5;\nint q11 = 4;\np11\n%q11"), "a remainder, not a magic");
  }

  @Test
  void aTimeLimitStopsAStatement() {
    try (Cells limited = Settings.of(Map.of("IJAVA_TIMEOUT", "1 seconds")).start()) {
      limited.runner().begin();
      CellFailure failure =
          assertThrows(CellFailure.class, () -> limited.run("while (true) {}", "cell"));
      assertTrue(failure.getMessage().contains("IJAVA_TIMEOUT"), failure.getMessage());
    }
    assertEquals(0, Settings.millis("-1"));
    assertEquals(1500, Settings.millis("1500"));
    assertEquals(30_000, Settings.millis("30 SECONDS"));
    assertThrows(IllegalArgumentException.class, () -> Settings.millis("soon"));
  }

  @Test
  void completionInspectionAndCompleteness() throws CellFailure {
    var assist = new Assist(cells.analysis());
    var options = assist.complete("Math.ma", 7);
    assertEquals(List.of("max("), options.getReplacements());
    assertEquals(5, options.getSourceStart());
    var local = assist.complete("String abc12 = \"x\";\nabc12.leng", 30);
    assertEquals(List.of("length()"), local.getReplacements());
    assertEquals(26, local.getSourceStart());
    assertTrue(assist.inspect("Math.abs(", 9).contains("int Math.abs(int a)"));
    assertTrue(assist.inspect("Math.abs", 6).contains("Math.abs"));
    assertTrue(assist.inspect("nothing12", 5).isEmpty());
    assertEquals("complete", assist.isComplete("int a = 1;\na + 1"));
    assertEquals("incomplete", assist.isComplete("for (;;) {"));
    assertEquals("incomplete", assist.isComplete("int a = 1;\na +"));
    assertEquals("invalid", assist.isComplete(") ("));
    assertFalse(assist.complete("", 0).getReplacements() == null);
  }

  @Test
  void oneOfEachSharedLibraryIsOnTheClasspath() throws Exception {
    for (String resource :
        List.of(
            "com/google/gson/Gson.class",
            "org/slf4j/LoggerFactory.class",
            "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
            "org/zeromq/ZMQ.class")) {
      var found = java.util.Collections.list(getClass().getClassLoader().getResources(resource));
      assertEquals(1, found.size(), resource + " in " + found);
    }
  }
}
