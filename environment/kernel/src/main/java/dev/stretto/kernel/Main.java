package dev.stretto.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/** The program that a front-end starts, with the path of its connection file. */
public final class Main {
  private Main() {}

  /**
   * Runs a kernel until the front-end ends it.
   *
   * @param arguments the connection file
   * @throws Exception if the connection file cannot be read or an address cannot be bound
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("The kernel is started by Jupyter, with one argument: a connection file.");
      System.exit(2);
    }
    Logs.toFile();
    CompletableFuture<Cells> cells = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("stretto-start")
        .start(
            () -> {
              try {
                cells.complete(Settings.of(System.getenv()).start());
              } catch (Throwable e) {
                cells.completeExceptionally(e);
              }
            });
    var connection = KernelConnectionProperties.parse(Files.readString(Path.of(arguments[0])));
    var channels = new Channels(connection);
    var kernel = new StrettoKernel(channels, cells);
    kernel.onStartup();
    System.setOut(kernel.streams().out());
    System.setErr(kernel.streams().err());
    System.setIn(new FrontEndInput(channels, kernel));
    endWithParent();
    new Server(channels, kernel).serve();
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
