package dev.stretto.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The {@code ipc} transport: carries the bytes between a Unix domain socket, where Jupyter looks
 * for it, and a loop-back port. JeroMQ's own {@code ipc} is a port in disguise, which no other
 * ZeroMQ finds; the bytes on both are the same.
 */
final class IpcBridge {
  private IpcBridge() {}

  static void open(String file, int port) throws IOException {
    Path path = Path.of(file).toAbsolutePath();
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    path.toFile().deleteOnExit();
    Thread.ofVirtual().start(() -> accept(server, port));
  }

  private static void accept(ServerSocketChannel server, int port) {
    try {
      while (true) {
        SocketChannel outside = server.accept();
        SocketChannel inside =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.ofVirtual().start(() -> carry(outside, inside));
        Thread.ofVirtual().start(() -> carry(inside, outside));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void carry(SocketChannel from, SocketChannel to) {
    try (from;
        to) {
      var buffer = ByteBuffer.allocateDirect(1 << 16);
      while (from.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
    } catch (IOException e) {
      // one side is gone, and both are closed now
    }
  }
}
