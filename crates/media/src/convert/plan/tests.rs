use super::*;
use proptest::prelude::*;
use rstest::rstest;

const MP4: &str = "mov,mp4,m4a,3gp,3g2,mj2";
const MKV: &str = "matroska,webm";

/// Reads `v:h264:yuv420p:640x360`, `a:aac`, `s:subrip`, `c:mjpeg` (a cover), separated by spaces. `?` is unknown.
fn streams(text: &str) -> Vec<Stream> {
    text.split_whitespace().zip(0..).map(|(text, index)| stream(index, text)).collect()
}

fn stream(index: u32, text: &str) -> Stream {
    let parts: Vec<&str> = text.split(':').collect();
    let size = parts.get(3).copied().unwrap_or("640x360").split_once('x');
    let kind = match parts[0] {
        "v" | "c" => StreamKind::Video,
        "a" => StreamKind::Audio,
        "s" => StreamKind::Subtitle,
        _ => StreamKind::Other,
    };
    Stream {
        index,
        kind,
        codec: Some(parts[1].to_owned()).filter(|codec| codec != "?"),
        pix_fmt: parts.get(2).map(|&pixels| pixels.to_owned()),
        width: size.and_then(|(width, _)| width.parse().ok()),
        height: size.and_then(|(_, height)| height.parse().ok()),
        attached_pic: parts[0] == "c",
        channels: Some(2),
        duration_s: None,
    }
}

fn probed(container: &str, text: &str) -> Probed {
    let (container, brand) = match container {
        "mov" => (MP4, Some("qt  ")),
        MP4 => (MP4, Some("isom")),
        other => (other, None),
    };
    let tags = brand.map(|brand| ("major_brand".to_owned(), brand.to_owned()));
    Probed {
        container: container.to_owned(),
        streams: streams(text),
        tags: tags.into_iter().collect(),
        ..Probed::default()
    }
}

/// `keep mp4`, `remux mp4 0:copy 1:movtext`, `refuse NothingToPlay`.
fn shown(plan: &Plan) -> String {
    let recipe = |verb: &str, recipe: &Recipe| {
        let steps = recipe.tracks.iter().map(|track| {
            let step = format!("{:?}", track.step).to_lowercase();
            format!(" {}:{}", track.index, step.split(' ').next().unwrap())
        });
        format!("{verb} {}{}", recipe.form.extension(), steps.collect::<String>())
    };
    match plan {
        Plan::Keep(form) => format!("keep {}", form.extension()),
        Plan::Remux(made) => recipe("remux", made),
        Plan::Convert(made) => recipe("convert", made),
        Plan::Refuse(refusal) => format!("refuse {refusal:?}"),
    }
}

#[rstest]
// Kept as it is.
#[case(MP4, "v:h264:yuv420p a:aac", "keep mp4")]
#[case(MP4, "v:h264:yuvj420p a:mp3 s:mov_text d:bin", "keep mp4")]
#[case(MP4, "v:h264:yuv420p", "keep mp4")]
#[case(MP4, "a:aac c:mjpeg", "keep m4a")]
#[case("mp3", "a:mp3 c:png", "keep mp3")]
#[case("wav", "a:pcm_s16le", "keep wav")]
#[case("flac", "a:flac", "keep flac")]
#[case("ogg", "a:opus", "keep opus")]
// The right codecs in another container.
#[case(MKV, "v:h264:yuv420p a:aac s:subrip", "remux mp4 0:copy 1:copy 2:movtext")]
#[case("mov", "v:h264:yuv420p a:aac", "remux mp4 0:copy 1:copy")]
#[case("mpegts", "a:mp3 v:h264:yuv420p", "remux mp4 1:copy 0:copy")]
#[case(MKV, "v:h264:yuv420p a:aac s:hdmv_pgs_subtitle c:mjpeg", "remux mp4 0:copy 1:copy 3:cover")]
#[case(MKV, "a:opus", "remux opus 0:copy")]
#[case("aac", "a:aac", "remux m4a 0:copy")]
#[case("ogg", "a:flac", "remux flac 0:copy")]
// Encoded, as far as needed.
#[case(MKV, "v:vp9:yuv420p a:opus", "convert mp4 0:h264 1:aac")]
#[case(MKV, "v:h264:yuv420p a:opus s:ass", "convert mp4 0:copy 1:aac 2:movtext")]
#[case(MKV, "v:vp9:yuv420p a:aac", "convert mp4 0:h264 1:copy")]
#[case(MP4, "v:h264:yuv420p10le a:aac", "convert mp4 0:h264 1:copy")]
#[case(MP4, "v:hevc:yuv420p a:aac", "convert mp4 0:h264 1:copy")]
#[case(MP4, "v:h264:yuv420p a:aac a:ac3", "convert mp4 0:copy 1:copy 2:aac")]
#[case("gif", "v:gif:bgra", "convert mp4 0:h264")]
#[case("asf", "a:wmav2", "convert m4a 0:aac")]
#[case(MP4, "a:alac c:mjpeg", "convert flac 0:flac 1:cover")]
#[case("aiff", "a:pcm_s16be", "convert flac 0:flac")]
#[case("wav", "a:adpcm_ms", "convert m4a 0:aac")]
// Nothing that could be played.
#[case(MKV, "", "refuse NoStreams")]
#[case("png_pipe", "v:png:rgb24", "refuse NothingToPlay")]
#[case("image2", "v:mjpeg:yuvj420p", "refuse NothingToPlay")]
#[case("srt", "s:subrip", "refuse NothingToPlay")]
#[case("mp3", "c:mjpeg", "refuse NothingToPlay")]
#[case(MKV, "v:vp9:yuv420p:1x1", "refuse NothingToPlay")]
#[case("hls", "v:h264:yuv420p a:aac", "refuse NamesOthers")]
#[case(MKV, "v:?:yuv420p a:aac", "refuse UnknownCodec")]
#[case(MKV, "v:h264:yuv420p a:?", "refuse UnknownCodec")]
fn a_video_or_what_there_is_is_made_playable(
    #[case] container: &str,
    #[case] streams: &str,
    #[case] expected: &str,
) {
    assert_eq!(shown(&plan(&probed(container, streams), &Wishes::default())), expected);
}

#[rstest]
#[case(MKV, "v:vp9:yuv420p a:opus", AudioFormat::Opus, "remux opus 1:copy")]
#[case(MKV, "v:vp9:yuv420p a:opus c:mjpeg", AudioFormat::M4a, "convert m4a 1:aac 2:cover")]
#[case(MP4, "v:h264:yuv420p a:aac a:aac", AudioFormat::M4a, "remux m4a 1:copy")]
#[case(MP4, "a:aac", AudioFormat::M4a, "keep m4a")]
#[case(MP4, "a:aac", AudioFormat::Mp3, "convert mp3 0:mp3")]
#[case("mp3", "a:mp3 c:png", AudioFormat::Mp3, "keep mp3")]
#[case("mp3", "a:mp3 c:png", AudioFormat::Opus, "convert opus 0:opus")]
#[case("ogg", "a:opus", AudioFormat::Opus, "keep opus")]
#[case(MP4, "v:h264:yuv420p", AudioFormat::M4a, "refuse NoAudio")]
#[case(MP4, "s:mov_text", AudioFormat::M4a, "refuse NothingToPlay")]
fn sound_alone_is_taken_without_loss_where_it_can(
    #[case] container: &str,
    #[case] streams: &str,
    #[case] format: AudioFormat,
    #[case] expected: &str,
) {
    let wishes = Wishes { want: Want::Audio(format), ..Wishes::default() };
    assert_eq!(shown(&plan(&probed(container, streams), &wishes)), expected);
}

#[test]
fn odd_sizes_are_made_even_only_when_encoded() {
    let Plan::Convert(recipe) =
        plan(&probed(MKV, "v:vp9:yuv420p:639x360 a:aac"), &Wishes::default())
    else {
        panic!()
    };
    assert_eq!(recipe.tracks[0].step, Step::H264 { is_odd: true });
}

fn any_stream() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["v", "a", "s", "c", "d"]);
    let codec = prop::sample::select(vec![
        "h264",
        "vp9",
        "aac",
        "mp3",
        "opus",
        "flac",
        "alac",
        "subrip",
        "mov_text",
        "mjpeg",
        "png",
        "?",
        "pcm_s16le",
    ]);
    let pixels = prop::sample::select(vec!["yuv420p", "yuv444p", "gray"]);
    (kind, codec, pixels, 0..4u32, 0..4u32).prop_map(|(kind, codec, pixels, width, height)| {
        format!("{kind}:{codec}:{pixels}:{width}x{height}")
    })
}

fn any_wishes() -> impl Strategy<Value = Wishes> {
    let want = prop::sample::select(vec![
        Want::Video,
        Want::Audio(AudioFormat::M4a),
        Want::Audio(AudioFormat::Mp3),
        Want::Audio(AudioFormat::Opus),
    ]);
    (want, any::<u8>()).prop_map(|(want, crf)| Wishes { want, crf, ..Wishes::default() })
}

proptest! {
    #[test]
    fn a_recipe_takes_each_stream_once_and_has_something_to_play(
        container in prop::sample::select(vec![MP4, "mov", MKV, "mp3", "wav", "flac", "ogg", "gif", "png_pipe"]),
        streams in prop::collection::vec(any_stream(), 0..6),
        wishes in any_wishes(),
    ) {
        let probed = probed(container, &streams.join(" "));
        let made = plan(&probed, &wishes);
        if let Plan::Remux(recipe) | Plan::Convert(recipe) = &made {
            let mut indices: Vec<u32> = recipe.tracks.iter().map(|track| track.index).collect();
            indices.sort_unstable();
            indices.dedup();
            prop_assert_eq!(indices.len(), recipe.tracks.len());
            prop_assert!(indices.iter().all(|index| (*index as usize) < probed.streams.len()));
            let lossless = recipe.tracks.iter().all(|track| track.step.is_lossless());
            prop_assert_eq!(matches!(made, Plan::Remux(_)), lossless);
            let first = probed.streams[recipe.tracks[0].index as usize].kind;
            let expected = if recipe.form == Form::Mp4 { StreamKind::Video } else { StreamKind::Audio };
            prop_assert_eq!(first, expected);
            prop_assert!((1..=51).contains(&recipe.crf));
        }
        if let (Plan::Keep(form), Want::Audio(format)) = (&made, wishes.want) {
            prop_assert_eq!(*form, format.form());
        }
    }
}
