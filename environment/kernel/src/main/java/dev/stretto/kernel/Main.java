package dev.stretto.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/** The program that a front-end starts, with the path of its connection file. */
public final class Main {
  /**
   * Cells of each kind, so that the classes that they need are loaded and their code is compiled.
   */
  private static final List<String> REHEARSAL =
      List.of(
          "1 + 1",
          "int x = 3; System.out.println(x);\nx * 2",
          "record P(int a, String b) {}\nnew P(1, \"b\")",
          "class A { B b; }\nclass B { A a; }\nint f(int n) { return n / 0; }\nf(x)",
          "List.of(1, 2).stream().map(v -> v + 1).toList()",
          "for (int i = 0; i < 2000; i++) System.out.println(i);",
          "int y = \"text\";",
          "display(\"<b>b</b>\", \"text/html\");");

  private Main() {}

  /**
   * Runs a kernel until the front-end ends it.
   *
   * @param arguments the connection file; or {@code --train} to run a few cells and end, for a JVM
   *     that records what to have ready at the next start
   * @throws Exception if the connection file cannot be read or an address cannot be bound
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("The kernel is started by Jupyter, with one argument: a connection file.");
      System.exit(2);
    }
    Logs.toFile();
    CompletableFuture<Cells> cells = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name("stretto-start").start(() -> startInto(cells));
    boolean training = arguments[0].equals("--train");
    var channels = new Channels(training ? nowhere() : connection(Path.of(arguments[0])));
    var kernel = new StrettoKernel(channels, cells);
    kernel.onStartup();
    System.setOut(kernel.streams().out());
    System.setErr(kernel.streams().err());
    System.setIn(new FrontEndInput(channels, kernel));
    var server = new Server(channels, kernel);
    if (training) {
      server.rehearse(REHEARSAL);
      System.exit(0);
    }
    endWithParent();
    server.serve();
  }

  private static void startInto(CompletableFuture<Cells> cells) {
    try {
      cells.complete(Settings.of(System.getenv()).start());
    } catch (Throwable e) {
      cells.completeExceptionally(e);
    }
  }

  private static KernelConnectionProperties connection(Path file) throws IOException {
    return KernelConnectionProperties.parse(Files.readString(file));
  }

  private static KernelConnectionProperties nowhere() {
    return new KernelConnectionProperties(
        "127.0.0.1", 0, 0, 0, 0, 0, "tcp", "hmac-sha256", "rehearsal");
  }

  /** A kernel whose Jupyter was killed would run for ever. */
  private static void endWithParent() {
    String parent = System.getenv("JPY_PARENT_PID");
    if (parent != null && parent.matches("\\d+")) {
      ProcessHandle.of(Long.parseLong(parent))
          .ifPresent(
              process -> {
                var _ = process.onExit().thenRun(() -> Runtime.getRuntime().halt(0));
              });
    }
  }
}
