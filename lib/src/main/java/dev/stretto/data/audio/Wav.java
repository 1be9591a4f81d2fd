package dev.stretto.data.audio;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A WAV (RIFF) file: PCM of 8, 16, 24 or 32 bits and IEEE float of 32 or 64, any number of
 * channels, plain or WAVE_FORMAT_EXTENSIBLE. Chunks other than {@code fmt} and {@code data} are
 * skipped. {@code Wav.read(path).mono()} is what most callers want.
 *
 * @param channels the samples of every channel, all of one length
 * @param sampleRate samples a second, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // as Audio: shared, not copied or compared
public record Wav(float[][] channels, int sampleRate) {
  private static final int PCM = 1;
  private static final int FLOAT = 3;
  private static final short EXTENSIBLE = (short) 0xFFFE;

  /** A data chunk of this size or more was written to a pipe, its true size unknown. */
  private static final long ENDLESS = 0x7FFFF000L;

  /** {@return the mean of all channels} */
  public Audio mono() {
    float[] mix = channels[0].clone();
    for (int i = 0; channels.length > 1 && i < mix.length; i++) {
      double sum = 0;
      for (float[] channel : channels) {
        sum += channel[i];
      }
      mix[i] = (float) (sum / channels.length);
    }
    return new Audio(mix, sampleRate);
  }

  /**
   * Reads a file.
   *
   * @param file a WAV file
   * @return its channels
   * @throws IOException where it cannot be read, or is no WAV file of a known kind: one sentence
   */
  public static Wav read(Path file) throws IOException {
    return read(Files.readAllBytes(file), file.toString());
  }

  /**
   * Reads a stream to its end.
   *
   * @param in a WAV file's bytes; not closed
   * @param name what to call it in an error
   * @return its channels
   * @throws IOException where it cannot be read, or is no WAV file of a known kind: one sentence
   */
  public static Wav read(InputStream in, String name) throws IOException {
    return read(in.readAllBytes(), name);
  }

  /**
   * Reads a file that is in memory.
   *
   * @param file a WAV file's bytes
   * @param name what to call it in an error
   * @return its channels
   * @throws IOException where it is no WAV file of a known kind: one sentence
   */
  public static Wav read(byte[] file, String name) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < 12 || !mark(file, 0).equals("RIFF") || !mark(file, 8).equals("WAVE")) {
      throw bad(name, "the first 12 bytes are not RIFF, size, WAVE", "a WAV file");
    }
    int format = 0;
    // a chunk is mark, size, content and a padding byte where the size is odd
    for (long at = 12; at + 8 <= file.length; ) {
      String mark = mark(file, (int) at);
      long size = Integer.toUnsignedLong(in.getInt((int) at + 4));
      long left = file.length - at - 8;
      if (mark.equals("fmt ")) {
        format = (int) at + 8;
        if (Math.min(size, left) < (left > 1 && in.getShort(format) == EXTENSIBLE ? 26 : 16)) {
          throw bad(name, "the fmt chunk has " + size + " bytes", "16 or more, extensible 40");
        }
      } else if (mark.equals("data")) {
        if (format == 0) {
          throw bad(name, "the data chunk comes first", "a fmt chunk before it");
        }
        if (size > left && size < ENDLESS) {
          throw bad(
              name, "the data chunk states " + size + " bytes", "the " + left + " that follow");
        }
        return samples(in, format, (int) at + 8, Math.min(size, left), name);
      }
      at += 8 + size + (size & 1);
    }
    throw bad(name, "there is no data chunk", "one after the fmt chunk");
  }

  private static Wav samples(ByteBuffer in, int format, int data, long size, String name)
      throws IOException {
    boolean extensible = in.getShort(format) == EXTENSIBLE;
    // the sub-format's GUID starts with the plain format's tag
    int tag = Short.toUnsignedInt(in.getShort(extensible ? format + 24 : format));
    int count = Short.toUnsignedInt(in.getShort(format + 2));
    int rate = in.getInt(format + 4);
    int block = Short.toUnsignedInt(in.getShort(format + 12));
    int bits = Short.toUnsignedInt(in.getShort(format + 14));
    if (count == 0 || rate <= 0) {
      throw bad(name, count + " channels at rate " + rate, "1 or more of each");
    }
    List<Integer> known =
        tag == PCM ? List.of(8, 16, 24, 32) : tag == FLOAT ? List.of(32, 64) : List.of();
    if (!known.contains(bits)) {
      throw bad(
          name,
          "format tag " + tag + " with " + bits + " bits",
          "PCM (1) of 8, 16, 24 or 32 bits or float (3) of 32 or 64");
    }
    if (block != count * bits / 8) {
      throw bad(name, "the block size is " + block, count * bits / 8 + " bytes");
    }
    float[][] channels = new float[count][(int) (size / block)]; // part of a block is lost
    for (int i = 0, at = data; i < channels[0].length; i++) {
      for (float[] channel : channels) {
        channel[i] = sample(in, at, tag == FLOAT, bits);
        at += bits / 8;
      }
    }
    return new Wav(channels, rate);
  }

  private static float sample(ByteBuffer in, int at, boolean real, int bits) {
    return switch (bits) {
      case 8 -> (Byte.toUnsignedInt(in.get(at)) - 128) / 128f;
      case 16 -> in.getShort(at) / 32768f;
      case 24 -> (in.get(at + 2) << 16 | Short.toUnsignedInt(in.getShort(at))) / 8388608f;
      case 32 -> real ? in.getFloat(at) : (float) (in.getInt(at) / 2147483648.0);
      default -> (float) in.getDouble(at);
    };
  }

  private static String mark(byte[] file, int at) {
    return new String(file, at, 4, StandardCharsets.ISO_8859_1);
  }

  private static IOException bad(String name, String is, String expected) {
    return new IOException(name + ": " + is + ", expected " + expected);
  }
}
