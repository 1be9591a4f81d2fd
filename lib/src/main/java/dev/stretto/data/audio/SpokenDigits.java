package dev.stretto.data.audio;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.stretto.data.Catalogue;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Recorded digits, the catalogue's data set {@code fsdd}: 8 kHz, six speakers, 50 takes of each
 * digit by each.
 *
 * @param takes in the order of digit, speaker, index; unmodifiable
 */
public record SpokenDigits(List<Take> takes) {
  private static final Pattern NAME = Pattern.compile("(?:.*/)?(\\d)_([^_/]+)_(\\d{1,6})\\.wav");
  private static final List<String> WORDS =
      List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

  /**
   * One recording.
   *
   * @param digit 0 to 9
   * @param speaker by first name
   * @param index 0 to 49
   * @param audio the sound
   */
  public record Take(int digit, String speaker, int index, Audio audio) {
    /** {@return the recording with the digit's word as text; id as the file's name} */
    public Utterance utterance() {
      return new Utterance(digit + "_" + speaker + "_" + index, WORDS.get(digit), audio);
    }
  }

  /** Copies the list. */
  public SpokenDigits {
    takes = List.copyOf(takes);
  }

  /**
   * {@return the catalogue's recordings; throws IllegalStateException saying where to put them if
   * they are not here}
   */
  public static SpokenDigits standard() {
    return read(Catalogue.standard().require("fsdd").path());
  }

  /**
   * Reads recordings from an archive.
   *
   * @param zip WAV files named {@code digit_speaker_index.wav}, in any folder
   * @return all of them
   * @throws UncheckedIOException where it cannot be read or holds none: one sentence
   */
  public static SpokenDigits read(Path zip) {
    List<Take> takes = new ArrayList<>();
    try (ZipFile files = new ZipFile(zip.toFile())) {
      for (ZipEntry entry : Collections.list(files.entries())) {
        Matcher name = NAME.matcher(entry.getName());
        if (name.matches()) {
          try (InputStream in = files.getInputStream(entry)) {
            Audio audio = Wav.read(in, zip + "!" + entry.getName()).mono();
            int digit = Integer.parseInt(name.group(1));
            takes.add(new Take(digit, name.group(2), Integer.parseInt(name.group(3)), audio));
          }
        }
      }
      if (takes.isEmpty()) {
        throw new IOException("it holds no file named digit_speaker_index.wav");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + zip + ": " + e.getMessage(), e);
    }
    takes.sort(
        Comparator.comparingInt(Take::digit)
            .thenComparing(Take::speaker)
            .thenComparingInt(Take::index));
    return new SpokenDigits(takes);
  }

  /** {@return the official training part: index 5 and above} */
  public SpokenDigits train() {
    return where(take -> take.index >= 5);
  }

  /** {@return the official test part: index 0 to 4} */
  public SpokenDigits test() {
    return where(take -> take.index < 5);
  }

  /**
   * Some of the recordings, for example a speaker's.
   *
   * @param kept which
   * @return those
   */
  public SpokenDigits where(Predicate<Take> kept) {
    return new SpokenDigits(takes.stream().filter(kept).toList());
  }

  /**
   * Strings of digits: takes of one speaker, each after a pause of 50 to 250 ms of faint noise, and
   * one more pause at the end.
   *
   * @param count how many strings
   * @param least digits of the shortest, 1 or more
   * @param most digits of the longest, drawn uniformly
   * @param seed which takes and pauses
   * @return utterances {@code digits-0} and on, words separated by blanks
   */
  public List<Utterance> strings(int count, int least, int most, long seed) {
    List<List<Take>> voices =
        List.copyOf(
            takes.stream().collect(groupingBy(Take::speaker, TreeMap::new, toList())).values());
    SeedTree root = SeedTree.of(seed).child("digits");
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              Rng rng = root.child(i).rng();
              List<Take> voice = voices.get(rng.nextInt(voices.size()));
              int length = rng.nextInt(least, most + 1);
              List<Take> parts = rng.ints(length, 0, voice.size()).mapToObj(voice::get).toList();
              return join("digits-" + i, parts, rng);
            })
        .toList();
  }

  private static Utterance join(String id, List<Take> takes, Rng rng) {
    int rate = takes.getFirst().audio.sampleRate();
    int[] pauses =
        rng.doubles(takes.size() + 1L, .05, .25).mapToInt(s -> (int) (s * rate)).toArray();
    int length = takes.stream().mapToInt(take -> take.audio.samples().length).sum();
    float[] out = new float[length + IntStream.of(pauses).sum()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (1e-3 * rng.nextGaussian()); // digital silence would mark the boundaries
    }
    int at = 0;
    for (int i = 0; i < takes.size(); i++) {
      float[] samples = takes.get(i).audio.samples();
      System.arraycopy(samples, 0, out, at + pauses[i], samples.length);
      at += pauses[i] + samples.length;
    }
    List<String> words = takes.stream().map(take -> WORDS.get(take.digit)).toList();
    return new Utterance(id, String.join(" ", words), new Audio(out, rate));
  }
}
