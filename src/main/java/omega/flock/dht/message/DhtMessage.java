package omega.flock.dht.message;

import omega.flock.wire.WireWriter;

/** A message or a part of one that writes itself in wire order; its {@code decode} stands beside its {@code encode}. */
public sealed interface DhtMessage permits Announce, HandshakeMessage, HolepunchInfo, HolepunchMessage, HolepunchPayload,
        LookupRecords, MutableGetResponse, MutablePutRequest, NoisePayload, PeerId, PeerRecord, RelayInfo, RelayThroughInfo,
        SecretStreamInfo, UdxInfo {

    /** Appends this message's bytes. */
    void encode(WireWriter writer);

    /** {@return this message's bytes} */
    default byte[] toBytes() {
        WireWriter writer = new WireWriter();
        encode(writer);
        return writer.toBytes();
    }
}
