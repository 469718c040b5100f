/// The release that these programs belong to.
public enum Release {
    /// Major, minor, patch (https://semver.org).
    public static let version = "0.4.0"
}
