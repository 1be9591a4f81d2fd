package dev.stretto.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;

/** Standard input of the cells: asks the front-end for a line when it runs dry. */
final class FrontEndInput extends InputStream {
  private final Channels channels;
  private final StrettoKernel kernel;
  private byte[] line = {};
  private int at;

  FrontEndInput(Channels channels, StrettoKernel kernel) {
    this.channels = channels;
    this.kernel = kernel;
  }

  @Override
  public synchronized int read() throws IOException {
    return at < line.length || ask() ? line[at++] & 0xff : -1;
  }

  @Override
  public synchronized int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == line.length && !ask()) {
      return -1;
    }
    int taken = Math.min(length, line.length - at);
    System.arraycopy(line, at, target, offset, taken);
    at += taken;
    return taken;
  }

  @Override
  public synchronized int available() {
    return line.length - at;
  }

  /** False at the end of input: where nobody can be asked, or the cell is to stop. */
  private boolean ask() throws IOException {
    Message request = kernel.current();
    CellRunner runner = kernel.cells().runner();
    if (!request.flag("allow_stdin", false) || !runner.isRunning()) {
      return false;
    }
    kernel.streams().flush();
    var answer = new String[1];
    try {
      runner.onCaller(
          () -> answer[0] = channels.ask(request, "", false, runner::isStopping), Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the cell was interrupted while it waited for input");
    }
    if (answer[0] == null) {
      return false;
    }
    line = (answer[0] + "\n").getBytes(StandardCharsets.UTF_8);
    at = 0;
    return true;
  }
}
