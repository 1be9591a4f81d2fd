package dev.stretto.data.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes WAV files of one channel, to be read back. */
final class WavWriter {
  /** How samples are written. */
  public enum Encoding {
    /** 16-bit integers; louder than full scale is clipped. */
    PCM16,
    /** 32-bit floats, every bit kept. */
    FLOAT32
  }

  private WavWriter() {}

  static void write(Path file, Audio audio, Encoding encoding) throws IOException {
    int bytes = encoding == Encoding.PCM16 ? 2 : 4;
    int size = Math.multiplyExact(audio.samples().length, bytes);
    ByteBuffer out = ByteBuffer.allocate(44 + size).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + size);
    out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    out.putShort((short) (encoding == Encoding.PCM16 ? 1 : 3)).putShort((short) 1);
    out.putInt(audio.sampleRate()).putInt(audio.sampleRate() * bytes);
    out.putShort((short) bytes).putShort((short) (8 * bytes));
    out.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(size);
    for (float x : audio.samples()) {
      if (encoding == Encoding.PCM16) {
        out.putShort((short) Math.clamp(Math.round(x * 32768.0), -32768, 32767));
      } else {
        out.putFloat(x);
      }
    }
    Files.write(file, out.array());
  }
}
